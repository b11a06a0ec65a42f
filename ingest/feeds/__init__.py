"""Effect feeds: what other systems recorded, such as a payment provider's own log, read as rows of one model.

A `FeedSpec` says where a feed comes from and which of its columns mean what; a `FeedReader` reads it as it grows. A
feed is evidence that does not depend on the agent, so that a row that cannot be read is counted and never guessed at.
"""
