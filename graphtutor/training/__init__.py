"""Gradient descent: data, methods, runs, and what can be learnt from them.

data         Data for training: the lecture's four points, CSV and .npz files, and fitting them to a graph.
descent      METHODS: one row per way of descending, and the loops generated from it.
losses       Losses side by side: the lecture's tables to full precision, and which of its sentences about them hold.
opening      The loop, opened up: one update of a run as the lecture does it, the graph with its gradients and every number filled in.
outliers     One far point: what it does to stochastic, batch and minibatch descent, and to squared against absolute error.
predictions  Predictions of a trained graph: scores, classes by sign or argmax, probabilities, and a confusion table.
runs         A run: a plan, where it stands, and how it goes on epoch by epoch until it is done, waits in vain or breaks.
train        Train: gradient descent on any loss graph and any data, as a History of what happened.
"""
