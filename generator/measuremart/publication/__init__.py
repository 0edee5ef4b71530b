"""Publications: what an audience is shown, what is hidden from it, and the proof that nobody can calculate it.

`figures` are the counts of a report, `groups` the people that sums of them tell apart, `system` the equations that a
reader can write down, `attack` what they give away, `hiding` what is hidden in addition; `reading` and `writing` reach
the warehouse, `preview` measures and `files` exports.
"""
