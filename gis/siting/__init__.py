"""
Where to stand: location models on matrices, each answer with its proof.

    reach or cost (n demand x m sites), weights (n)  -->  Choice (sites, objective, bound, gap)
"""
