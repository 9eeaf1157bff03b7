"""The desk at /console/: queue, chart and units on one screen, live.

`access.py` says who sees what, `urls.py` lists the pages. A page is whole without its script: the script asks
for the same fragments and puts them in place when the stream says that something changed.
"""
