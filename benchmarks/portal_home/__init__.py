"""How quick the portal home is with many feeds, beside a bare Django view in the same run."""
