"""What a policy becomes elsewhere: tables and configuration that other tools read."""
