"""The workspace witness: what the run's repository and files show of themselves, apart from the agent's log.

What comes in are working directories that logs name, and so anybody may have named; what goes out are the
`Observation`s of `ingest.model`. `place` finds the repository around a folder, `reflog` reads how its references
moved, `objects` what its commits hold, `disk` how a file stands, and `witness` gives each run what was to be seen up
to a moment of its log.

Nothing is written there, and nothing of it is run. References and reflogs are plain text and are read as files. Commits
may be packed, which git itself reads best; but git in a repository obeys the repository's own configuration, and that
can name programs. So git is started in an empty repository of our own, and is only lent the folder of the objects: the
configuration, hooks, attributes, replacements and remotes of the repository that is looked at are never read.

All is bounded in size, count and time. What is missing, of another owner, reached by a link or too large is left out:
the claims that it could have settled stay as the log alone leaves them.
"""
