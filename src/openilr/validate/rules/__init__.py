"""The rules: one folder for each official category, one module for each family (the field that a rule's id starts with).

``AimType_05`` is in ``learning_delivery/aim_type.py``. Cross-record rules go by what they compare.
"""
