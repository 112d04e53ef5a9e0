"""The columns engine: the conditions of checker.condition evaluated over many cases at once, with numpy.

It has no rule language of its own and no notion of NULL: a range of truth is one small integer.
"""
