"""The operations of the API, by area, with the bodies that they take and give."""
