"""American dates with the 24-hour clock, in one form on all screens: "October 5, 2020, 10:00"; the rest is Django's."""

DATE_FORMAT = "F j, Y"
DATETIME_FORMAT = "F j, Y, H:i"
TIME_FORMAT = "H:i"
SHORT_DATETIME_FORMAT = "m/d/Y H:i"
