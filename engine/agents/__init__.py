"""What other programs' agents may ask of jixiao, by the Model Context Protocol: reading, judging, explaining, comparing, drafting.

Nothing is written, and nothing is published. Answers are the documents that the command line gives.
"""
