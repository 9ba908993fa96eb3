def right(W_r, W_z, W_h, h, r, z, new, delta):
    g_h = delta * z * (1 - new**2)
    q = g_h @ W_h
    g_z = delta * (new - h) * z * (1 - z)
    g_r = q * h * r * (1 - r)
    return (1 - z) * delta + r * q + g_z @ W_z + g_r @ W_r


def wrong_1(W_r, W_z, W_h, h, r, z, new, delta):
    """The path through the product without its r."""
    g_h = delta * z * (1 - new**2)
    q = g_h @ W_h
    return (1 - z) * delta + q + (delta * (new - h) * z * (1 - z)) @ W_z + (q * h * r * (1 - r)) @ W_r


def wrong_2(W_r, W_z, W_h, h, r, z, new, delta):
    """The update gate's effect on the kept part forgotten: new in place of new - h."""
    g_h = delta * z * (1 - new**2)
    q = g_h @ W_h
    return (1 - z) * delta + r * q + (delta * new * z * (1 - z)) @ W_z + (q * h * r * (1 - r)) @ W_r


def wrong_3(W_r, W_z, W_h, h, r, z, new, delta):
    """torch's way: reset after the product."""
    g_h = delta * z * (1 - new**2)
    g_r = g_h * (h @ W_h.T) * r * (1 - r)
    return (1 - z) * delta + (g_h * r) @ W_h + (delta * (new - h) * z * (1 - z)) @ W_z + g_r @ W_r


def wrong_4(W_r, W_z, W_h, h, r, z, new, delta):
    """The reset gate's gradient skips W_h."""
    g_h = delta * z * (1 - new**2)
    q = g_h @ W_h
    return (1 - z) * delta + r * q + (delta * (new - h) * z * (1 - z)) @ W_z + (g_h * h * r * (1 - r)) @ W_r


def wrong_5(W_r, W_z, W_h, h, r, z, new, delta):
    """Two slips: W_r and W_z exchanged, and z kept where 1 - z is."""
    g_h = delta * z * (1 - new**2)
    q = g_h @ W_h
    return z * delta + r * q + (delta * (new - h) * z * (1 - z)) @ W_r + (q * h * r * (1 - r)) @ W_z
