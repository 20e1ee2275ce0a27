"""Why a forecast is what it is: drivers, reasons in words, similar releases."""
