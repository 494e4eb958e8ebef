"""Files of risk models that are no tables, below the results.

Alone in this module, because every start of the workflow asks for their names.
"""

MODEL = "risk/{risk_model}/model.json"
CARD = "risk/{risk_model}/card.md"
TREE = "risk/{risk_model}/tree.json"
