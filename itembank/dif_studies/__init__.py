"""Studies of differential item functioning: whether an item is harder for one group at equal ability."""
