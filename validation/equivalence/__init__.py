"""Does a user's own program give the same answer before and after its migration?"""
