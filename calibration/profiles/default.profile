# The shipped profile: an unknown scanner and ordinary people. docs/profile.md explains each number.
[profile]
name=default

[align]
correlation=0.55
anchors=12
share=0.3
share_distinct=0.25
share_repeating=0.85
coverage=0.6
residual_mm=0.15
aspect=1.3
perspective=2.0
outline=0.35
support=0.25

[marks]
ink=0.10
noise=5
dark=0.4
cover_half=0.03
cover_slope=8
reach_half=0.25
reach_slope=6
ring_half=0.5
ring_slope=60
ring_ink=0.068
ring_ink_slope=30
around_half=0.04
around_slope=8
around_most=4
accept=0.999
reject=0.001
spill=0.24
spill_cover=0.05
scribble_cover=0.85
