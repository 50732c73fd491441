"""Watch what decides while outcomes arrive: shift, calibration, maturity, overrides."""
