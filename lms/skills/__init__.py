"""The road to live contacts: profiles of jobs, verifications, on-the-job training, sign-offs and the gate."""
