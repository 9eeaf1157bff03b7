# placeholder: connected below
