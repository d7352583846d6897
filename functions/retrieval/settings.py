"""What `retrieval` needs to know."""

from dataclasses import replace

from pydantic import Field

from shared.domain.model_choice import EmbedderChoice
from shared.runtime.aws_settings import ContentSettings, SearchSettings, TableSettings
from shared.runtime.model_settings import FunctionEmbedderSettings
from shared.runtime.settings import ServiceSettings


class Environment(ServiceSettings, TableSettings, ContentSettings, SearchSettings, FunctionEmbedderSettings):
    """Where the indexes are, and how long each leg of a search may take."""

    leg_timeout_s: float = Field(default=1.5, gt=0, le=20, description="seconds that one leg of a search may take")

    def question_choice(self) -> EmbedderChoice:
        """Return the embedder of questions: nobody waits for one attempt of it longer than for its leg."""
        chosen = self.embedder_choice()
        return replace(chosen, timeout_s=min(chosen.timeout_s, self.leg_timeout_s))
