"""The real daemon between servers that misbehave, killed over and over: what is lost, what is doubled?"""
