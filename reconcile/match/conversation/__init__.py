"""What the agent says it was told and found, against the user's turns and the results of lookups.

Begin with `conversation`. `consent` finds approvals and instructions that nobody gave, `lookups` results that are told
as more than they brought, `prohibitions` what the user forbade and was done.
"""
