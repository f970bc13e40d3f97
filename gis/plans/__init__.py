"""
New stations for a district: where they belong, how good that is, and why.

    District, question, candidates  --choose_sites-->  Plan (sites, proof, recount)
"""
