"""One package per page: layout, callbacks, figures."""
