"""The pure core: response models, ability, blueprints, item selection, stopping, sittings and outcomes."""
