"""What the agent says it was told and found, against the user's turns and the results of lookups.

Begin with `heed`. `consent` finds approvals and instructions that nobody gave, `lookups` results that are told as more
than they brought, `orders` limits of the user's that were crossed.
"""
