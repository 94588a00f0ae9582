"""What a factory means: the closed set of primitives, the Program made of them, and the
semantics both engines obey.
"""
