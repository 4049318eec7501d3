"""The services that tests and benchmarks run against: the best to be had, and always named.

Order: an explicit URL from the environment, Docker, native programs, embedded ones. In CI (`CI` is set) the embedded
broker is refused where a JDK and Maven are present, and a missing PostgreSQL or Redis is an error, not a skip.
"""
