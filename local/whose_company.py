"""Whose company a command is about: the one that was asked for, else the running instance's, else the default."""

from local.data_folder import DataFolder, Instance, running_instance
from local.settings import LocalSettings


def asked_for(settings: LocalSettings) -> bool:
    """Whether --company or KEFU_COMPANY named one."""
    return "company" in settings.model_fields_set


def with_company(settings: LocalSettings) -> LocalSettings:
    """Return the settings with the running instance's company where none was asked for."""
    if asked_for(settings):
        return settings
    instance = running_instance(DataFolder(settings.data))
    if instance is None or instance.company is None:
        return settings
    return settings.model_copy(update={"company": instance.company})


def answers_for(instance: Instance, settings: LocalSettings) -> bool:
    """Whether the running instance answers for the company that is meant."""
    return not asked_for(settings) or instance.company == settings.company.resolve()
