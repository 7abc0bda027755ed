"""Villages, destinations and times made in code, for tests of the plan."""

import numpy as np
import pandas as pd


def published_villages(count: int = 1261, people: int = 45_135, *, seed: int = 1) -> pd.DataFrame:
    """Return `count` villages of 5 to 99 people that add up to `people` exactly."""
    random = np.random.default_rng(seed)
    size = np.clip(np.round(random.lognormal(3.45, 0.5, count)), 5, 99).astype(int)
    step = int(np.sign(people - size.sum()))
    while size.sum() != people:
        movable = np.flatnonzero((size + step >= 5) & (size + step <= 99))
        chosen = random.permutation(movable)[: abs(people - int(size.sum()))]
        size[chosen] += step
    place = random.uniform(0, 100, (count, 2))
    return pd.DataFrame({
        "village_id": [f"v{i:04d}" for i in range(count)],
        "name": [f"Village {i}" for i in range(count)],
        "county_code": "141030",
        "people": size.astype(float),
        "households": np.maximum(1, size // 4),
        "extra": [{"hazard": float(h), "water": float(w)} for h, w in
                  zip(random.random(count), random.integers(0, 2, count), strict=True)],
        "x": place[:, 0], "y": place[:, 1],
    })  # fmt: skip


def destinations(count: int = 60, *, capacity: float = 900.0, seed: int = 2) -> pd.DataFrame:
    """Return `count` destinations of all forms, the last one scattered, without a site."""
    random = np.random.default_rng(seed)
    kinds = np.array(["town", "new_village", "join_village"])[np.arange(count) % 3]
    kinds[-1] = "scattered"
    place = random.uniform(0, 100, (count, 2))
    return pd.DataFrame({
        "destination_id": [f"d{i:03d}" for i in range(count)],
        "name": [f"安置点{i}" for i in range(count)],
        "name_en": [f"Site {i}" for i in range(count)],
        "kind": kinds,
        "county_code": "141030",
        "capacity_people": np.where(kinds == "scattered", np.nan, capacity),
        "cost_per_person_yuan": np.round(random.uniform(3000, 9000, count), -2),
        "x": place[:, 0], "y": place[:, 1],
    })  # fmt: skip


def times(villages: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return minutes as twice the distance in the made-up plane."""
    across = villages["x"].to_numpy()[:, None] - sites["x"].to_numpy()[None, :]
    along = villages["y"].to_numpy()[:, None] - sites["y"].to_numpy()[None, :]
    return pd.DataFrame(2.0 * np.hypot(across, along), villages["village_id"].tolist(),
                        sites["destination_id"].tolist())  # fmt: skip
