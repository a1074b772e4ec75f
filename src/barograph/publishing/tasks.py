"""Background work of the release, for django-tasks workers."""

from django_tasks import task

from barograph.publishing import services


@task()
def run_release(release_id: int) -> str:
    """Run a release; a stop stays on its row, where the desk shows it with a button to go on."""
    try:
        return str(services.run(release_id).state)
    except services.StepFailed as failed:
        return str(failed)[:200]
