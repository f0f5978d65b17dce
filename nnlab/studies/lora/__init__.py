"""LoRA as an experiment: ready tasks to fine-tune for, what each way of doing it costs and keeps, and what an update looks like."""
