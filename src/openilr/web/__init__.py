"""The service: public pages and API, provider, steward, researcher and checker pages, one sign-in.

Each area is a folder with its ``urls.py``, ``views.py`` and ``templates/<area>/``; it is found by reading this folder
(``openilr.web.areas``). Django loads when :func:`openilr.web.service.start` is called, and not before.
"""
