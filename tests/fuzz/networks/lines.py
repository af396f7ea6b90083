"""Models as the lines they are made of: printed as text for the package, read as they stand by the interpreter."""

import ast
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CellLines:
    """A cell with one event: when ``condition`` becomes true, ``block`` runs and then what ``hold`` names is held."""

    parameters: dict[str, float]
    slopes: dict[str, str]
    condition: str
    block: tuple[str, ...]
    hold: tuple[str, str] | None = None

    @property
    def text(self) -> str:
        lines = [f"{name} = {value}" for name, value in self.parameters.items()]
        lines += [f"d{name}/dt = {slope}" for name, slope in self.slopes.items()]
        hold = () if self.hold is None else (f"hold({', '.join(self.hold)})",)
        return "\n".join([*lines, *_block(self.condition, (*self.block, *hold))])


@dataclass
class SynapseLines:
    """A synapse: what it sums (input of the target -> terms), and what it does at spikes and every so many ms."""

    parameters: dict[str, float] = field(default_factory=dict)
    initial: dict[str, float] = field(default_factory=dict)
    slopes: dict[str, str] = field(default_factory=dict)
    sums: list[tuple[str, str]] = field(default_factory=list)
    pre: list[str] = field(default_factory=list)
    post: list[str] = field(default_factory=list)
    every: list[str] = field(default_factory=list)
    period: float = 5.0

    @property
    def states(self) -> tuple[str, ...]:
        return tuple({**self.slopes, **self.initial})

    def names(self, side: str, where: str | None = None, context: type = ast.expr_context) -> set[str]:
        """Names of the cell on one side that are read (``ast.Load``) or set (``ast.Store``), in one part or in all."""
        parts = {
            "slopes": self.slopes.values(), "sums": [term for _, term in self.sums],
            "pre": self.pre, "post": self.post,
        }  # fmt: skip
        lines = parts[where] if where else [line for part in parts.values() for line in part]
        found = (node for line in lines for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Attribute))
        return {node.attr for node in found if node.value.id == side and isinstance(node.ctx, context)}

    @property
    def text(self) -> str:
        lines = [f"{name} = {value}" for name, value in self.parameters.items()]
        lines += [f"{name}(0) = {value}" for name, value in self.initial.items()]
        lines += [f"d{name}/dt = {slope}" for name, slope in self.slopes.items()]
        lines += [f"post.{target} += {term}" for target, term in self.sums]
        blocks = {"pre.spike": self.pre, "post.spike": self.post, f"every({self.period})": self.every}
        for head, block in blocks.items():
            lines += _block(head, block) if block else []
        return "\n".join(lines)


def _block(head, lines):
    return [f"when {head}:", *(f"    {line}" for line in lines)]
