"""Gradient descent: data, methods, runs, and what can be learnt from them.

data         data for training: the lecture's four points, CSV and .npz files, and fitting them to a graph
methods      METHODS: one row per way of descending; SCHEDULES: one per way the rate changes
loops        the loops generated from a row, on floats or on arrays
runs         a plan, where it stands, and how it goes on epoch by epoch until it is done, waits in vain or breaks
predictions  predictions of a trained graph: scores, classes by sign or argmax, probabilities, and a confusion table
update       the loop, opened up: one update as the lecture does it, every number filled in
history      what happened in a run, how it goes on, and its pictures
train        descent on any loss graph and any data, with a bar on long runs
losses       losses side by side: the lecture's tables to full precision, and which of its sentences about them hold
outliers     one far point: what it does to stochastic, batch and minibatch descent, and to squared against absolute error
"""
