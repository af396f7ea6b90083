"""Why a run ended before its end."""
