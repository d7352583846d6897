"""Keys of the app's context that say what functions' code is; cdk.json sets none of them."""

# A folder to use as the code of functions (assertions, deletions), which of them are bundled nevertheless (names, by commas),
# and for which machine.
STUB = "kefu:stub-code"
BUNDLED = "kefu:bundled"
ARCH = "kefu:arch"
