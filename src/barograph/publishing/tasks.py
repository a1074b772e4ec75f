"""Background work of the release, for django-tasks workers."""

from datetime import date

from django_tasks import task

from barograph.publishing import archive, services


@task()
def run_release(release_id: int) -> str:
    """Run a release; a stop stays on its row, where the desk shows it with a button to go on."""
    try:
        return str(services.run(release_id).state)
    except services.StepFailed as failed:
        return str(failed)[:200]


@task(priority=-50)
def make_forms(first: str) -> int:
    """An older issue's PDF, EPUB and cards, once nothing else is to be done. Returns how many editions lacked them."""
    return archive.make_forms(date.fromisoformat(first))
