"""Forms, pages and answers in Slack. Pure: what is to be shown goes in, what Slack takes comes out.

As on cards, what strangers wrote goes only into rich text and plain text, which Slack does not read as markup.
"""
