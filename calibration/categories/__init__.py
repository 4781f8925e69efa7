"""Marginal maximum likelihood for models beyond right and wrong with two parameters: 3PL, GRM, GPCM, mixed."""
