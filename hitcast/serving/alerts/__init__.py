"""Alerts: facts in the published file that somebody should hear of, each sent once on each channel.

One `.sql` file a kind finds the facts; `facts` runs them, `wording` puts them in words, `sent` keeps what was sent, and
`webhook` and `mail` send.
"""
