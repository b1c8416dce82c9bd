"""`segpulse review`: how good is the segmentation, what has changed, and who made it change?"""
