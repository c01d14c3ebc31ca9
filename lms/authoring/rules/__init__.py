"""What is pure of authoring: forms and documents, faults in their place, what a draft meets when it is published."""
