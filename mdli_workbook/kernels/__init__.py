"""Warm kernels: a process that has imported what workbooks need, and forks a kernel from it when asked.

A command or server that starts kernels (:mod:`.provisioner`) has one fork server: :mod:`.__main__` is its
process, :mod:`.birth` what passes between the two, :mod:`.asking` the near side, :mod:`.child` what turns
a fork into a kernel like any other. Each kernel is used once. :mod:`.engine` is papermill's door to them,
:mod:`.executing` what stands behind it.
"""
