"""Whether the service works."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from essaim.service.front import FrontDependency

__all__ = ["router"]

router = APIRouter(tags=["Operations"])


@router.get("/health")
async def health(front: FrontDependency) -> dict[str, Any]:
    """Whether the workspace can be read, and how busy the workers are."""
    generation = front.workspace.current()
    return {"status": "ok", "generation": generation.number, **front.pool.state()}
