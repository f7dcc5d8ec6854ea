"""Evidence for failed multi-architecture container builds."""
