"""Use by use answered, group by group decided: migrated all, or left with the reasons."""
