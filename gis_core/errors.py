"""Every error Upland raises on purpose.

GisCoreError
├── InputError (ValueError)            a file, layer or figure that cannot be taken
│   ├── UnreadableFileError            missing, empty, truncated, wrong encoding, unsafe archive
│   ├── MissingCrsError                coordinates without a reference system
│   ├── CrsMismatchError               coordinates outside the claimed reference system
│   ├── InvalidLayerError              empty layer, missing field, duplicated code
│   ├── InvalidSurveyError             a survey sheet whose columns cannot be understood
│   ├── InvalidModelError              a suitability model that breaks its schema
│   ├── InvalidCriterionError          a membership or weight that means nothing
│   └── InvalidParameterError          an option outside its range
├── NotFoundError (LookupError)        a layer, run, unit or village the workspace lacks
├── NotComputedError (LookupError)     a result asked for before its run
├── InfeasibleError (ValueError)       rules no plan can meet; carries the conflicts in words
├── TimeLimitError (TimeoutError)      the time limit passed before there was anything to give
└── ServiceError (RuntimeError)        the machine's side
    ├── DatabaseError                  PostgreSQL missing, refused or lost
    ├── StorageError                   the disk is full or not writable
    ├── ClusterError                   a Dask cluster that does not answer or is lost
    └── MissingProgramError            a system program that set-up should have installed
"""

from typing import Any

from gis_core.text import Text


class GisCoreError(Exception):
    """Base of all own errors; carries its sentence in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.text = Text(en, zh)

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep both sentences where a worker's error is sent to another process."""
        return type(self), (self.text.en, self.text.zh), self.__dict__


class InputError(GisCoreError, ValueError):
    """When a file, layer or figure cannot be taken."""


class UnreadableFileError(InputError):
    """When a file is missing, empty, truncated, unsafe or in an unknown encoding."""


class MissingCrsError(InputError):
    """When coordinates come without a reference system."""


class CrsMismatchError(InputError):
    """When coordinates cannot lie in the claimed reference system."""


class InvalidLayerError(InputError):
    """When a layer is empty, lacks a field or repeats a code."""


class InvalidSurveyError(InputError):
    """When a survey sheet's columns cannot be understood."""


class InvalidModelError(InputError):
    """When a suitability model breaks its schema."""


class InvalidCriterionError(InputError):
    """When a membership or a weight means nothing."""


class InvalidParameterError(InputError):
    """When an option lies outside its range."""


class NotFoundError(GisCoreError, LookupError):
    """When the workspace lacks a layer, run, unit or village."""


class NotComputedError(GisCoreError, LookupError):
    """When a result is asked for before its run."""


class InfeasibleError(GisCoreError, ValueError):
    """When no plan meets all rules; `conflicts` says which rules, in words."""

    def __init__(self, en: str, zh: str, conflicts: tuple[Text, ...] = ()) -> None:
        super().__init__(en, zh)
        self.conflicts = conflicts


class TimeLimitError(GisCoreError, TimeoutError):
    """When the time limit passes before there is anything to give."""


class ServiceError(GisCoreError, RuntimeError):
    """When the machine, not the input, is at fault."""


class DatabaseError(ServiceError):
    """When PostgreSQL is missing, refuses or is lost."""


class StorageError(ServiceError):
    """When the disk is full or not writable."""


class ClusterError(ServiceError):
    """When a Dask cluster does not answer, or is lost while it works."""


class MissingProgramError(ServiceError):
    """When a system program that set-up installs is missing."""
