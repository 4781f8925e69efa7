"""Why a question was asked, as data and in words."""
