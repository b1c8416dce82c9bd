"""The page of a review: what it says and in which words; `review.html` is how it looks."""
